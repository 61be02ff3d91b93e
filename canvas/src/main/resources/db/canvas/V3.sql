CREATE TABLE canvas_resource (
  product varchar(120) NOT NULL,
  id varchar(200) NOT NULL,
  kind varchar(60) NOT NULL,
  name varchar(160) NOT NULL,
  compiled_from varchar(200) NOT NULL,
  spec text NOT NULL,
  changed_by varchar(120) NOT NULL,
  PRIMARY KEY (product, id)
);

CREATE TABLE canvas_drift (
  id varchar(60) PRIMARY KEY,
  product varchar(120) NOT NULL,
  resource varchar(200) NOT NULL,
  field varchar(200) NOT NULL,
  expected text NOT NULL,
  actual text NOT NULL,
  changed_by varchar(120) NOT NULL,
  at varchar(40) NOT NULL,
  state varchar(20) NOT NULL,
  settled_by varchar(120) NOT NULL
);
CREATE INDEX canvas_drift_by_product ON canvas_drift (product, id);
