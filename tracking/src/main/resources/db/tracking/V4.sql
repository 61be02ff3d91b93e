CREATE TABLE trace_span (
  trace bigint NOT NULL REFERENCES trace (seq),
  span varchar(16) NOT NULL,
  parent varchar(16) NOT NULL,
  name text NOT NULL,
  type varchar(500) NOT NULL,
  status varchar(10) NOT NULL,
  start_nanos bigint NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (trace, span)
);
