CREATE TABLE mlflow_user (
  id integer PRIMARY KEY,
  user_name varchar(64) NOT NULL UNIQUE,
  password varchar(200) NOT NULL,
  administrator int NOT NULL,
  created_at varchar(40) NOT NULL
);

CREATE TABLE mlflow_grant (
  user_name varchar(64) NOT NULL,
  kind varchar(20) NOT NULL,
  resource varchar(500) NOT NULL,
  level varchar(20) NOT NULL,
  PRIMARY KEY (user_name, kind, resource)
);

CREATE INDEX mlflow_grant_resource ON mlflow_grant (kind, resource);
