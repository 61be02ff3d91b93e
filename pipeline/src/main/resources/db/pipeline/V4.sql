-- Small outputs of steps, canonical JSON by digest; large ones are artifacts.
CREATE TABLE step_output (
  digest varchar(80) PRIMARY KEY,
  json text NOT NULL
);
