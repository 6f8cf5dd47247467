/** The suites end in `.suite.mjs`, so that nobody takes them for tests of pgleash. */
export default { test: { include: ["*.suite.mjs"] } };
