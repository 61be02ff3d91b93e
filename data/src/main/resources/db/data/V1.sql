CREATE TABLE dataset_addition (
  dataset varchar(63) NOT NULL,
  seq bigint NOT NULL,
  source varchar(80) NOT NULL,
  added text NOT NULL,
  segments text NOT NULL,
  created_at varchar(40) NOT NULL,
  PRIMARY KEY (dataset, seq),
  UNIQUE (dataset, source)
);

CREATE TABLE dataset_labelled (
  dataset varchar(63) NOT NULL,
  id varchar(200) NOT NULL,
  at_second bigint NOT NULL,
  at_nano int NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (dataset, id)
);

CREATE TABLE dataset_snapshot (
  dataset varchar(63) NOT NULL,
  seq bigint NOT NULL,
  digest varchar(80) NOT NULL,
  content text NOT NULL,
  additions bigint NOT NULL,
  PRIMARY KEY (dataset, seq)
);
