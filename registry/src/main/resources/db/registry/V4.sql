-- One table of aliases, whoever moves them.
INSERT INTO registered_alias (model, alias, number)
  SELECT a.product, a.alias, v.number FROM model_alias a
  JOIN model_version v ON v.product = a.product AND v.version = a.version
  WHERE NOT EXISTS
    (SELECT 1 FROM registered_alias r WHERE r.model = a.product AND r.alias = a.alias);

DROP TABLE model_alias;
