CREATE TABLE frozen_document (
  product varchar(120) NOT NULL,
  version varchar(40) NOT NULL,
  name varchar(40) NOT NULL,
  title varchar(80) NOT NULL,
  canvas_version varchar(40) NOT NULL,
  sections int NOT NULL,
  answered int NOT NULL,
  frozen_at varchar(40) NOT NULL,
  json_digest varchar(80) NOT NULL,
  markdown_digest varchar(80) NOT NULL,
  html_digest varchar(80) NOT NULL,
  PRIMARY KEY (product, version, name)
);
