/** Operators that hold graphs. Loop and Scan are refused: exporters write recurrent layers as nodes of their own. */
import { check } from "../../../util/errors.js";
import { given, words, type Operator, type OperatorTable } from "../operator.js";

/** Only the branch that is taken is computed. */
const branch: Operator = {
  attributes: words("then_branch else_branch"),
  inputs: [1, 1],
  run(inputs, { attributes, evaluate, outputs }) {
    const condition = given(inputs, 0);
    check(condition.type === "bool" && condition.data.length === 1, () => "its condition must be one bool");
    const results = evaluate(attributes.graph(condition.data[0] ? "then_branch" : "else_branch"));
    check(results.length === outputs, () => `the branch gives ${results.length} values for ${outputs} outputs`);
    return results;
  },
};

export const CONTROL: OperatorTable = { If: branch };
