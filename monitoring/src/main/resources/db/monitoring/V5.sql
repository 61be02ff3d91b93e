-- Numbers of the business that somebody sends: one value for each metric and time.
CREATE TABLE metric_point (
  product varchar(100) NOT NULL,
  metric varchar(100) NOT NULL,
  at varchar(30) NOT NULL,
  value double precision NOT NULL,
  n bigint NOT NULL,
  sent_by varchar(100) NOT NULL,
  received_at varchar(30) NOT NULL,
  PRIMARY KEY (product, metric, at)
);
