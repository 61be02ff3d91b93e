CREATE TABLE artifact_entry (
  parent varchar(2000) NOT NULL,
  name varchar(1000) NOT NULL,
  digest varchar(80),
  bytes bigint NOT NULL,
  stored_at varchar(40) NOT NULL,
  PRIMARY KEY (parent, name)
);

CREATE INDEX artifact_entry_digest ON artifact_entry (digest);
