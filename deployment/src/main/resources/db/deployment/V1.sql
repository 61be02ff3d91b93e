CREATE TABLE rollout (
  id varchar(80) NOT NULL PRIMARY KEY,
  product varchar(120) NOT NULL,
  position bigint NOT NULL,
  epoch bigint NOT NULL,
  state varchar(20) NOT NULL,
  document text NOT NULL,
  UNIQUE (product, position));
CREATE INDEX rollout_state ON rollout (product, state);
