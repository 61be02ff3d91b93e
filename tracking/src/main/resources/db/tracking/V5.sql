-- The least and the greatest value of a metric, beside its latest; crossed infinities where every value was NaN.
ALTER TABLE run_metric ADD COLUMN low double precision;
ALTER TABLE run_metric ADD COLUMN high double precision;

-- Those that an earlier version wrote; empty once they are carried over.
CREATE INDEX run_metric_unranged ON run_metric (run) WHERE high IS NULL AND blocks > 0;
