CREATE TABLE token (
  id varchar(60) PRIMARY KEY,
  digest varchar(80) NOT NULL UNIQUE,
  user_name varchar(64) NOT NULL,
  created_at varchar(40) NOT NULL,
  created_by varchar(64) NOT NULL,
  expires_at varchar(40) NOT NULL,
  last_used_at varchar(40),
  revoked_at varchar(40),
  revoked_by varchar(64)
);
