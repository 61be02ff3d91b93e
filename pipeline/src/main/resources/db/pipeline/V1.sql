CREATE TABLE run (
  id varchar(60) PRIMARY KEY,
  product varchar(120) NOT NULL,
  state varchar(20) NOT NULL,
  cause text NOT NULL,
  canvas_version varchar(40) NOT NULL,
  graph_digest varchar(80) NOT NULL,
  seed bigint NOT NULL,
  created_at varchar(40) NOT NULL,
  finished_at varchar(40),
  started_millis bigint NOT NULL,
  ended_millis bigint
);
CREATE INDEX run_by_product ON run (product, id);

CREATE TABLE step_run (
  run_id varchar(60) NOT NULL REFERENCES run (id),
  position int NOT NULL,
  name varchar(60) NOT NULL,
  depends_on text NOT NULL,
  state varchar(20) NOT NULL,
  attempt int NOT NULL,
  lost int NOT NULL,
  not_before bigint NOT NULL,
  step_key varchar(80),
  leaves text,
  cache_reason varchar(400) NOT NULL,
  wall_millis bigint NOT NULL,
  cpu_millis bigint NOT NULL,
  progress text,
  executor varchar(30) NOT NULL,
  failure text,
  output_digest varchar(80),
  PRIMARY KEY (run_id, name)
);

CREATE TABLE cache_entry (
  product varchar(120) NOT NULL,
  step varchar(60) NOT NULL,
  step_key varchar(80) NOT NULL,
  output_digest varchar(80) NOT NULL,
  leaves text NOT NULL,
  run_id varchar(60) NOT NULL,
  PRIMARY KEY (product, step, step_key)
);

CREATE TABLE log_line (
  run_id varchar(60) NOT NULL,
  step varchar(60) NOT NULL,
  seq bigint NOT NULL,
  attempt int NOT NULL,
  at varchar(40) NOT NULL,
  message text NOT NULL,
  PRIMARY KEY (run_id, step, seq)
);
