CREATE TABLE prediction (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(100) NOT NULL,
  seq bigint NOT NULL,
  at varchar(30) NOT NULL,
  received_at varchar(30) NOT NULL,
  unit varchar(200) NOT NULL,
  payload text,
  payload_hash varchar(80),
  label varchar(200),
  probabilities text NOT NULL,
  model_version varchar(100) NOT NULL,
  routed_version varchar(100) NOT NULL,
  arm varchar(40) NOT NULL,
  served_by varchar(40) NOT NULL,
  fallback_reason varchar(400),
  latency_micros bigint NOT NULL,
  error varchar(400),
  consumer varchar(200),
  candidate_weight double precision NOT NULL,
  actual varchar(200),
  actual_at varchar(30)
);
CREATE INDEX prediction_at ON prediction (product, at);
CREATE INDEX prediction_seq ON prediction (product, seq);
CREATE INDEX prediction_routed ON prediction (product, routed_version, at);
CREATE INDEX prediction_model ON prediction (product, model_version, at);
CREATE TABLE log_count (
  product varchar(100) NOT NULL,
  name varchar(40) NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (product, name)
);
CREATE TABLE feedback (
  prediction_id varchar(80) NOT NULL,
  source varchar(100) NOT NULL,
  revision int NOT NULL,
  product varchar(100),
  label varchar(200) NOT NULL,
  at varchar(30) NOT NULL,
  state varchar(20) NOT NULL,
  delay_millis bigint,
  training varchar(20) NOT NULL,
  PRIMARY KEY (prediction_id, source, revision)
);
CREATE INDEX feedback_product ON feedback (product, state);
CREATE INDEX feedback_training ON feedback (training);
CREATE TABLE watch_window (
  product varchar(100) NOT NULL,
  monitor varchar(100) NOT NULL,
  version varchar(100) NOT NULL,
  from_at varchar(30) NOT NULL,
  to_at varchar(30) NOT NULL,
  state varchar(20) NOT NULL,
  n bigint NOT NULL,
  value double precision NOT NULL,
  low double precision NOT NULL,
  high double precision NOT NULL,
  verdict varchar(20) NOT NULL,
  insufficient varchar(400),
  PRIMARY KEY (product, monitor, to_at)
);
CREATE TABLE watch_state (
  product varchar(100) NOT NULL,
  monitor varchar(100) NOT NULL,
  state varchar(20) NOT NULL,
  since varchar(30) NOT NULL,
  judged_to varchar(30) NOT NULL,
  PRIMARY KEY (product, monitor)
);
CREATE TABLE incident (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(100) NOT NULL,
  title varchar(400) NOT NULL,
  cause varchar(200) NOT NULL,
  version varchar(100) NOT NULL,
  state varchar(20) NOT NULL,
  opened_at varchar(30) NOT NULL,
  resolved_at varchar(30)
);
CREATE INDEX incident_product ON incident (product, state);
CREATE TABLE incident_trace (
  incident varchar(80) NOT NULL REFERENCES incident (id),
  kind varchar(40) NOT NULL,
  ref varchar(200) NOT NULL,
  at varchar(30) NOT NULL,
  seq int NOT NULL,
  words text NOT NULL,
  PRIMARY KEY (incident, kind, ref)
);
CREATE TABLE alert (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(100) NOT NULL,
  monitor varchar(100) NOT NULL,
  version varchar(100) NOT NULL,
  severity varchar(20) NOT NULL,
  state varchar(20) NOT NULL,
  fired_at varchar(30) NOT NULL,
  resolved_at varchar(30),
  value double precision NOT NULL,
  low double precision NOT NULL,
  high double precision NOT NULL,
  n bigint NOT NULL,
  bound double precision NOT NULL,
  words text NOT NULL,
  runbook varchar(400),
  incident varchar(80),
  drill int NOT NULL
);
CREATE INDEX alert_product ON alert (product, state);
CREATE TABLE retrain_decision (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(100) NOT NULL,
  at varchar(30) NOT NULL,
  fire int NOT NULL,
  cause varchar(40) NOT NULL,
  reason text NOT NULL,
  incident varchar(80) NOT NULL,
  alert varchar(80) NOT NULL,
  run varchar(100),
  started_at varchar(30),
  outcome varchar(20)
);
CREATE INDEX retrain_product ON retrain_decision (product, fire);
CREATE TABLE model_release (
  product varchar(100) NOT NULL,
  version varchar(100) NOT NULL,
  at varchar(30) NOT NULL,
  PRIMARY KEY (product, version, at)
);
CREATE TABLE outbox (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(100) NOT NULL,
  receiver varchar(400) NOT NULL,
  body text NOT NULL,
  state varchar(20) NOT NULL,
  attempts int NOT NULL,
  next_at varchar(30) NOT NULL,
  failure varchar(400)
);
CREATE INDEX outbox_due ON outbox (state, next_at);
