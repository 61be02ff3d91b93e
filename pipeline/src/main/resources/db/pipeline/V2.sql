CREATE INDEX run_created ON run (product, created_at);
CREATE INDEX run_working ON run (product, id)
  WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED');
