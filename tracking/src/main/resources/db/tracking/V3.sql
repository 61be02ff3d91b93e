CREATE TABLE trace (
  seq integer PRIMARY KEY,
  id varchar(100) NOT NULL UNIQUE,
  experiment bigint NOT NULL REFERENCES experiment (id),
  client_id varchar(256) NOT NULL,
  request_time bigint NOT NULL,
  duration bigint,
  state varchar(30) NOT NULL,
  request_preview text,
  response_preview text
);

CREATE INDEX trace_recent ON trace (experiment, request_time DESC, id);

CREATE TABLE trace_tag (
  trace bigint NOT NULL REFERENCES trace (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (trace, name)
);

CREATE INDEX trace_tag_text ON trace_tag (name, text, trace);

CREATE TABLE trace_metadata (
  trace bigint NOT NULL REFERENCES trace (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (trace, name)
);

CREATE INDEX trace_metadata_text ON trace_metadata (name, text, trace);

CREATE TABLE trace_run (
  trace bigint NOT NULL REFERENCES trace (seq),
  run varchar(256) NOT NULL,
  PRIMARY KEY (trace, run)
);

CREATE TABLE trace_assessment (
  id varchar(100) PRIMARY KEY,
  trace bigint NOT NULL REFERENCES trace (seq),
  name varchar(250) NOT NULL,
  text text NOT NULL,
  content text NOT NULL,
  created_at bigint NOT NULL
);

CREATE INDEX trace_assessment_trace ON trace_assessment (trace, name);
