CREATE TABLE ci_run (
  id varchar(60) PRIMARY KEY,
  product varchar(120) NOT NULL,
  canvas varchar(80) NOT NULL,
  snapshot varchar(80) NOT NULL,
  green int NOT NULL,
  millis bigint NOT NULL,
  record text NOT NULL
);

CREATE INDEX ci_run_of_product ON ci_run (product, id);
