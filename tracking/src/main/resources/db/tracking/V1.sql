CREATE TABLE tracked_run (
  id varchar(120) PRIMARY KEY,
  experiment varchar(120) NOT NULL,
  name varchar(200) NOT NULL,
  status varchar(20) NOT NULL,
  started_at varchar(40) NOT NULL,
  finished_at varchar(40)
);

CREATE INDEX tracked_run_experiment ON tracked_run (experiment, started_at);

CREATE TABLE tracked_tag (
  run_id varchar(120) NOT NULL REFERENCES tracked_run (id),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (run_id, name)
);

CREATE TABLE tracked_param (
  run_id varchar(120) NOT NULL REFERENCES tracked_run (id),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (run_id, name)
);

CREATE TABLE tracked_metric (
  run_id varchar(120) NOT NULL REFERENCES tracked_run (id),
  name varchar(250) NOT NULL,
  step bigint NOT NULL,
  at varchar(40) NOT NULL,
  number double precision NOT NULL,
  PRIMARY KEY (run_id, name, step)
);
