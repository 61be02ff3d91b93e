-- What members say to each other about a question. Nothing is deleted: a settled comment stays.
CREATE TABLE canvas_comment (
  id varchar(60) PRIMARY KEY,
  product varchar(120) NOT NULL,
  question varchar(80) NOT NULL,
  version varchar(40) NOT NULL,
  author varchar(120) NOT NULL,
  at varchar(40) NOT NULL,
  body text NOT NULL,
  settled_by varchar(120) NOT NULL
);
CREATE INDEX canvas_comment_by_product ON canvas_comment (product, id);
