/** How probable the labels are under the distributions that a network foresees. */
import { families, FAMILY_NAMES, type FamilyName } from "../distributions/index.js";
import { checkChoice } from "../util/checks.js";
import { check, SluiceError } from "../util/errors.js";
import { defineLoss, type Loss } from "./loss.js";

const likelihood = defineLoss("negativeLogLikelihood", { distribution: "normal" as FamilyName }, (config, where) => {
  const family = families[checkChoice(where, "distribution", config.distribution, FAMILY_NAMES)];
  const { parameters } = family;
  return {
    labels: "single",
    row: (t, ti, p, dp, i) => family.negativeLogLikelihood(t[ti]!, p, i, dp),
    checkOutput: (loss, units, activation) => {
      check(units === null || units === parameters.length, () => {
        return `${loss} expects an output of ${parameters.length} units, ${parameters.join(", ")}, got ${units}; layers.distributionHead makes it`;
      });
      check(activation === undefined || activation === "linear", () => {
        return `${loss} expects parameters, got an output with activation ${activation}; layers.distributionHead makes them`;
      });
    },
  };
});

/**
 * −ln p(t) of the distribution whose parameters stand on the last axis of the prediction, as `layers.distributionHead` gives them: a
 * label is one number. Values and slopes are worked out in float64; parameters of scale below 1e-6 count as 1e-6.
 *
 * - normal: mean μ, deviation σ; z²/2 + ln σ + ln √(2π) with z = (t − μ) / σ
 * - studentT: location μ, scale σ, degreesOfFreedom ν > 2; (ν + 1)/2 · ln(1 + z²/ν) + ln σ + ln √ν + ln B(½, ν/2)
 * - negativeBinomial: mean μ, dispersion α, variance μ + α μ² (Salinas et al. 2020, arXiv 1704.04110, section 3.1); labels are counts
 *
 * @param options.distribution default "normal"
 * @throws SluiceError for labels that are no counts, with negativeBinomial
 */
export function negativeLogLikelihood(options: { distribution?: FamilyName } = {}): Loss {
  const loss = likelihood(options);
  if (!families[loss.config["distribution"] as FamilyName].counts) return loss;
  return {
    ...loss,
    checkLabels(where, yTrue, output) {
      loss.checkLabels(where, yTrue, output);
      const wrong = yTrue.data.findIndex((y) => !Number.isInteger(y) || y < 0);
      if (wrong === -1) return;
      throw new SluiceError(
        `${where}: loss negativeLogLikelihood with negativeBinomial expects counts, whole numbers of at least 0, got ${yTrue.data[wrong]} (label ${wrong})`,
      );
    },
  };
}
