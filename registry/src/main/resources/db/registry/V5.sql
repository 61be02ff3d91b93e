-- Who wants to hear of a product's board, and up to which event they have been told.
ALTER TABLE webhook ADD COLUMN product varchar(250) NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN told_to bigint NOT NULL DEFAULT 0;
