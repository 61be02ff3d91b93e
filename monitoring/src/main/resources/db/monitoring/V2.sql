-- Counts of the log by hour, kept with each append and join, so that no page and no evidence scans
-- the log itself. They outlive the predictions that retention removes.
CREATE TABLE log_hour (
  product varchar(100) NOT NULL,
  hour varchar(13) NOT NULL,
  version varchar(100) NOT NULL,
  served_by varchar(40) NOT NULL,
  label varchar(200) NOT NULL,
  served bigint NOT NULL,
  labelled bigint NOT NULL,
  errors bigint NOT NULL,
  refused bigint NOT NULL,
  consumers bigint NOT NULL,
  PRIMARY KEY (product, hour, version, served_by, label)
);
INSERT INTO log_hour
  SELECT product, substr(at, 1, 13), model_version, served_by, coalesce(label, 'none'), count(*),
    count(actual), count(error),
    sum(CASE WHEN fallback_reason LIKE 'pre_fail%' THEN 1 ELSE 0 END), count(consumer)
  FROM prediction
  GROUP BY product, substr(at, 1, 13), model_version, served_by, coalesce(label, 'none');
CREATE INDEX prediction_labelled ON prediction (product, model_version, at)
  WHERE actual IS NOT NULL;
CREATE INDEX feedback_quarantine ON feedback (source) WHERE state = 'quarantined';
CREATE INDEX feedback_recent ON feedback (product, state, at, delay_millis, training);
CREATE INDEX feedback_due ON feedback (prediction_id, revision) WHERE training = 'due';
DROP INDEX feedback_training;
ALTER TABLE feedback ADD COLUMN again int NOT NULL DEFAULT 0;
CREATE INDEX feedback_again ON feedback (product, at) WHERE again = 1;
ALTER TABLE incident ADD COLUMN acknowledged_at varchar(30);
ALTER TABLE incident ADD COLUMN acknowledged_by varchar(100);
ALTER TABLE incident ADD COLUMN worth varchar(20);
ALTER TABLE incident ADD COLUMN snoozed_until varchar(30);
ALTER TABLE incident ADD COLUMN escalated_at varchar(30);
ALTER TABLE outbox ADD COLUMN incident varchar(80);
CREATE INDEX outbox_product ON outbox (product, state);
