CREATE TABLE product_clock (
  product varchar(120) PRIMARY KEY,
  mode varchar(10) NOT NULL,
  at varchar(40) NOT NULL,
  ended int NOT NULL
);

CREATE TABLE event (
  seq integer PRIMARY KEY,
  at varchar(40) NOT NULL,
  recorded_at varchar(40) NOT NULL,
  product varchar(120) NOT NULL,
  type varchar(60) NOT NULL,
  data text NOT NULL
);
