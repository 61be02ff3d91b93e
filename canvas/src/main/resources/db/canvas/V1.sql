CREATE TABLE canvas_plan (
  digest varchar(80) PRIMARY KEY,
  product varchar(120) NOT NULL,
  base varchar(40) NOT NULL,
  version varchar(40) NOT NULL,
  source text NOT NULL,
  plan text NOT NULL
);

CREATE TABLE canvas_version (
  product varchar(120) NOT NULL,
  number int NOT NULL,
  version varchar(40) NOT NULL,
  digest varchar(80) NOT NULL,
  content_digest varchar(80) NOT NULL,
  parent varchar(80) NOT NULL,
  applied_at varchar(40) NOT NULL,
  applied_by varchar(120) NOT NULL,
  reason text NOT NULL,
  source text NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (product, number)
);

CREATE TABLE evidence (
  id varchar(60) PRIMARY KEY,
  product varchar(120) NOT NULL,
  question varchar(80) NOT NULL,
  clause varchar(120) NOT NULL,
  kind varchar(10) NOT NULL,
  subject text NOT NULL,
  observed_at varchar(40) NOT NULL,
  recorded_at varchar(40) NOT NULL,
  ttl varchar(40) NOT NULL,
  n bigint NOT NULL,
  value double precision,
  low double precision,
  high double precision,
  pass int,
  detail text NOT NULL,
  source text NOT NULL,
  answer_digest varchar(80) NOT NULL,
  digest varchar(80) NOT NULL
);
CREATE INDEX evidence_by_clause ON evidence (product, question, clause, id);

CREATE TABLE conformance_state (
  product varchar(120) NOT NULL,
  seq integer PRIMARY KEY,
  question varchar(80) NOT NULL,
  at varchar(40) NOT NULL,
  recorded_at varchar(40) NOT NULL,
  was varchar(20) NOT NULL,
  state varchar(20) NOT NULL,
  reason text NOT NULL
);
