CREATE TABLE model_version (
  product varchar(120) NOT NULL,
  number int NOT NULL,
  version varchar(40) NOT NULL,
  idempotency_key varchar(200) NOT NULL,
  content varchar(80) NOT NULL,
  registered_at varchar(40) NOT NULL,
  bundle varchar(80) NOT NULL,
  record text NOT NULL,
  PRIMARY KEY (product, number),
  UNIQUE (product, version),
  UNIQUE (product, idempotency_key)
);

CREATE TABLE model_alias (
  product varchar(120) NOT NULL,
  alias varchar(40) NOT NULL,
  version varchar(40) NOT NULL,
  PRIMARY KEY (product, alias),
  FOREIGN KEY (product, version) REFERENCES model_version (product, version)
);

CREATE TABLE alias_move (
  seq integer PRIMARY KEY,
  product varchar(120) NOT NULL,
  alias varchar(40) NOT NULL,
  from_version varchar(40),
  to_version varchar(40) NOT NULL,
  moved_by varchar(200) NOT NULL,
  why varchar(2000) NOT NULL,
  at varchar(40) NOT NULL
);
