/** Nodes and weights of the n-point Gauss–Legendre rule on [0, 1]: exact for polynomials of degree 2n − 1. */
export function gaussLegendre(n: number): { nodes: Float64Array; weights: Float64Array } {
  const [nodes, weights] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    // Newton's method from Tricomi's estimate of the i-th zero of P_n; four steps reach double precision.
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 6; step++) {
      const [value, before] = legendre(n, x);
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[n - 1 - i] = (1 + x) / 2;
    weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** P_n(x) and P_{n−1}(x), by their recurrence. */
function legendre(n: number, x: number): [value: number, before: number] {
  let [value, before] = [x, 1];
  if (n === 0) return [1, 0];
  for (let k = 2; k <= n; k++) [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value];
  return [value, before];
}
