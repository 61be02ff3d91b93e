CREATE TABLE drill_record (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(120) NOT NULL,
  drill varchar(60) NOT NULL,
  version varchar(60) NOT NULL,
  position bigint NOT NULL,
  state varchar(20) NOT NULL,
  document text NOT NULL,
  UNIQUE (product, position));
CREATE INDEX drill_record_subject ON drill_record (product, drill, version, position);
