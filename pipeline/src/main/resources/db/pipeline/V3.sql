-- When a step's first attempt began and its last one ended, by the machine's clock.
ALTER TABLE step_run ADD COLUMN began_millis bigint;
ALTER TABLE step_run ADD COLUMN ended_millis bigint;
