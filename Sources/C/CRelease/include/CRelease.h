#pragma once

/// The commit that the binary was built from, as BUILD_COMMIT named it at the build; `unknown` without it.
const char *_Nonnull crelease_commit(void);
