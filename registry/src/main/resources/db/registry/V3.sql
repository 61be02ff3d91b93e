CREATE TABLE webhook (
  id varchar(40) PRIMARY KEY,
  name varchar(256) NOT NULL UNIQUE,
  description text NOT NULL,
  url text NOT NULL,
  events text NOT NULL,
  secret text NOT NULL,
  status varchar(20) NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

CREATE TABLE webhook_delivery (
  id varchar(40) PRIMARY KEY,
  webhook varchar(40) NOT NULL REFERENCES webhook (id),
  body text NOT NULL,
  attempts int NOT NULL,
  next_at bigint NOT NULL
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at);
