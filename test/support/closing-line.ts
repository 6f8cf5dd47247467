import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends the run with `N passed, N failed`, in the run's true counts. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string): number => states.filter((one) => one === state).length;
    // A file that cannot be loaded, or whose preparation fails, skips its tests: they have not passed.
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const brokenSuites = suites.filter((suite) => suite.errors().length > 0).length;
    const skipped = count("skipped") + count("pending");
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    // A run without a test has failed: the build broke, or the filter fits nothing.
    const failed = count("failed") + brokenSuites + errors.length + (states.length === 0 ? 1 : 0);
    process.stdout.write(`\n${count("passed")} passed, ${failed} failed${tail}\n`);
  }
}
