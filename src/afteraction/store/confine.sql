-- From here on no statement reaches a file but the parts of the cache, or changes a setting.
-- parts: a variable with the paths of all parts; null when there are none.
set allowed_paths = coalesce(getvariable('parts'), []);
set enable_external_access = false;
set lock_configuration = true
