-- The newest event time of an addition, in seconds; null for additions made before this version.
ALTER TABLE dataset_addition ADD COLUMN newest_second bigint;
CREATE INDEX dataset_labelled_at ON dataset_labelled (dataset, at_second, at_nano, id);
