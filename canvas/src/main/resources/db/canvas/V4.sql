-- The newest observation of each clause, with the newest value of each of the last days: what the
-- board needs, whatever the number of observations before.
CREATE TABLE evidence_head (
  product varchar(120) NOT NULL,
  question varchar(80) NOT NULL,
  clause varchar(120) NOT NULL,
  id varchar(60) NOT NULL,
  kind varchar(10) NOT NULL,
  subject text NOT NULL,
  observed_at varchar(40) NOT NULL,
  recorded_at varchar(40) NOT NULL,
  ttl varchar(40) NOT NULL,
  n bigint NOT NULL,
  value double precision,
  low double precision,
  high double precision,
  pass int,
  detail text NOT NULL,
  source text NOT NULL,
  answer_digest varchar(80) NOT NULL,
  trend text NOT NULL,
  PRIMARY KEY (product, question, clause)
);
INSERT INTO evidence_head (product, question, clause, id, kind, subject, observed_at, recorded_at,
  ttl, n, value, low, high, pass, detail, source, answer_digest, trend)
SELECT e.product, e.question, e.clause, e.id, e.kind, e.subject, e.observed_at, e.recorded_at,
  e.ttl, e.n, e.value, e.low, e.high, e.pass, e.detail, e.source, e.answer_digest, ''
FROM evidence e
JOIN (SELECT product, question, clause, max(id) AS id FROM evidence
  GROUP BY product, question, clause) newest ON newest.id = e.id;

-- The state of each question as it was last said, and whether its deferral was said to be overdue.
CREATE TABLE conformance_head (
  product varchar(120) NOT NULL,
  question varchar(80) NOT NULL,
  state varchar(20) NOT NULL,
  overdue int NOT NULL,
  PRIMARY KEY (product, question)
);
INSERT INTO conformance_head (product, question, state, overdue)
SELECT s.product, s.question, s.state, 0
FROM conformance_state s
JOIN (SELECT product, question, max(seq) AS seq FROM conformance_state
  GROUP BY product, question) newest ON newest.seq = s.seq;
CREATE INDEX conformance_state_by_product ON conformance_state (product, question, seq);
