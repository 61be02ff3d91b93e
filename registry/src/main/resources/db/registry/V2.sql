CREATE TABLE registered_model (
  name varchar(256) PRIMARY KEY,
  description text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  last_number int NOT NULL
);

CREATE TABLE registered_model_tag (
  model varchar(256) NOT NULL,
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (model, name)
);

CREATE TABLE registered_version (
  seq integer PRIMARY KEY,
  model varchar(256) NOT NULL,
  number int NOT NULL,
  version varchar(40) NOT NULL,
  source text NOT NULL,
  location text NOT NULL,
  run_id varchar(256) NOT NULL,
  run_link text NOT NULL,
  model_id varchar(100) NOT NULL,
  description text NOT NULL,
  user_id varchar(256) NOT NULL,
  stage varchar(20) NOT NULL,
  signature varchar(80) NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  UNIQUE (model, number)
);

CREATE INDEX registered_version_run ON registered_version (run_id);
CREATE INDEX registered_version_updated ON registered_version (updated_at);

CREATE TABLE registered_version_tag (
  version bigint NOT NULL REFERENCES registered_version (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (version, name)
);

CREATE TABLE registered_alias (
  model varchar(256) NOT NULL,
  alias varchar(255) NOT NULL,
  number int NOT NULL,
  PRIMARY KEY (model, alias)
);
