CREATE TABLE experiment (
  id integer PRIMARY KEY,
  name varchar(500) NOT NULL UNIQUE,
  artifact_location text NOT NULL,
  stage varchar(10) NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

CREATE TABLE experiment_tag (
  experiment bigint NOT NULL REFERENCES experiment (id),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (experiment, name)
);

CREATE TABLE experiment_run (
  seq integer PRIMARY KEY,
  id varchar(256) NOT NULL UNIQUE,
  experiment bigint NOT NULL REFERENCES experiment (id),
  name varchar(8000) NOT NULL,
  user_id varchar(256) NOT NULL,
  status varchar(20) NOT NULL,
  start_time bigint NOT NULL,
  end_time bigint,
  artifact_uri text NOT NULL,
  stage varchar(10) NOT NULL,
  deleted_at bigint
);

CREATE INDEX experiment_run_recent ON experiment_run (experiment, start_time DESC, id);
CREATE INDEX experiment_run_ended ON experiment_run (experiment, end_time);
CREATE INDEX experiment_run_named ON experiment_run (experiment, name);

CREATE TABLE run_tag (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  experiment bigint NOT NULL,
  PRIMARY KEY (run, name)
);

CREATE INDEX run_tag_text ON run_tag (experiment, name, text, run);

CREATE TABLE run_param (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  experiment bigint NOT NULL,
  PRIMARY KEY (run, name)
);

CREATE INDEX run_param_text ON run_param (experiment, name, text, run);

CREATE TABLE run_metric (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  name varchar(250) NOT NULL,
  number double precision,
  nan int NOT NULL,
  step bigint NOT NULL,
  at bigint NOT NULL,
  last_step bigint NOT NULL,
  last_at bigint NOT NULL,
  blocks int NOT NULL,
  experiment bigint NOT NULL,
  PRIMARY KEY (run, name)
);

CREATE INDEX run_metric_number ON run_metric (experiment, name, nan, number, run);

CREATE TABLE metric_block (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  name varchar(250) NOT NULL,
  block int NOT NULL,
  points int NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  first_step bigint NOT NULL,
  last_step bigint NOT NULL,
  content blob NOT NULL,
  PRIMARY KEY (run, name, block)
);

CREATE TABLE input_dataset (
  seq integer PRIMARY KEY,
  experiment bigint NOT NULL REFERENCES experiment (id),
  name varchar(500) NOT NULL,
  digest varchar(36) NOT NULL,
  source_type varchar(100) NOT NULL,
  source text NOT NULL,
  data_schema text,
  profile text,
  UNIQUE (experiment, name, digest)
);

CREATE TABLE run_dataset (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  dataset bigint NOT NULL REFERENCES input_dataset (seq),
  PRIMARY KEY (run, dataset)
);

CREATE TABLE run_dataset_tag (
  run bigint NOT NULL,
  dataset bigint NOT NULL,
  name varchar(255) NOT NULL,
  text varchar(500) NOT NULL,
  PRIMARY KEY (run, dataset, name)
);

CREATE TABLE run_model (
  run bigint NOT NULL REFERENCES experiment_run (seq),
  role varchar(10) NOT NULL,
  model varchar(100) NOT NULL,
  step bigint NOT NULL,
  PRIMARY KEY (run, role, model)
);

CREATE TABLE logged_model (
  seq integer PRIMARY KEY,
  id varchar(100) NOT NULL UNIQUE,
  experiment bigint NOT NULL REFERENCES experiment (id),
  name varchar(500) NOT NULL,
  artifact_uri text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  status varchar(40) NOT NULL,
  status_message text,
  model_type varchar(500) NOT NULL,
  source_run_id varchar(256) NOT NULL,
  stage varchar(10) NOT NULL
);

CREATE INDEX logged_model_recent ON logged_model (experiment, created_at);
CREATE INDEX logged_model_run ON logged_model (source_run_id);

CREATE TABLE logged_model_tag (
  model bigint NOT NULL REFERENCES logged_model (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (model, name)
);

CREATE TABLE logged_model_param (
  model bigint NOT NULL REFERENCES logged_model (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (model, name)
);

CREATE TABLE logged_model_metric (
  model bigint NOT NULL REFERENCES logged_model (seq),
  run varchar(256) NOT NULL,
  name varchar(250) NOT NULL,
  at bigint NOT NULL,
  step bigint NOT NULL,
  number double precision,
  nan int NOT NULL,
  dataset_name varchar(500) NOT NULL,
  dataset_digest varchar(36) NOT NULL,
  PRIMARY KEY (model, name, at, step, run)
);
