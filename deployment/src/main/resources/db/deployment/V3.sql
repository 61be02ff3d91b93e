CREATE TABLE retirement (
  product varchar(120) NOT NULL,
  version varchar(60) NOT NULL,
  retired_at varchar(40) NOT NULL,
  retired_by varchar(200) NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (product, version));
