-- Who asks, counted without reading the log's rows.
CREATE INDEX prediction_consumer ON prediction (product, consumer);
