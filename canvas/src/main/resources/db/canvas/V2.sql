ALTER TABLE canvas_plan ADD COLUMN planned_by varchar(120) NOT NULL DEFAULT '';
ALTER TABLE canvas_plan ADD COLUMN planned_at varchar(40) NOT NULL DEFAULT '';

CREATE TABLE canvas_approval (
  plan varchar(80) NOT NULL,
  product varchar(120) NOT NULL,
  approved_by varchar(120) NOT NULL,
  at varchar(40) NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (plan, approved_by)
);

ALTER TABLE canvas_version ADD COLUMN planned_by varchar(120) NOT NULL DEFAULT '';
ALTER TABLE canvas_version ADD COLUMN approvals text NOT NULL DEFAULT '[]';
ALTER TABLE canvas_version ADD COLUMN key_id varchar(40) NOT NULL DEFAULT '';
ALTER TABLE canvas_version ADD COLUMN signature varchar(200) NOT NULL DEFAULT '';

CREATE TABLE canvas_draft (
  product varchar(120) NOT NULL,
  author varchar(120) NOT NULL,
  base varchar(40) NOT NULL,
  source text NOT NULL,
  updated_at varchar(40) NOT NULL,
  PRIMARY KEY (product, author)
);
