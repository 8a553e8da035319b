/** The engine's own Math, for functions off the hot paths: all threads of a process run the same engine. */
@external("Math", "exp") export declare function exp(x: f64): f64; // prettier-ignore
@external("Math", "expm1") export declare function expm1(x: f64): f64; // prettier-ignore
@external("Math", "log") export declare function log(x: f64): f64; // prettier-ignore
@external("Math", "log1p") export declare function log1p(x: f64): f64; // prettier-ignore
@external("Math", "tanh") export declare function tanh(x: f64): f64; // prettier-ignore
@external("Math", "sin") export declare function sin(x: f64): f64; // prettier-ignore
@external("Math", "cos") export declare function cos(x: f64): f64; // prettier-ignore
@external("Math", "pow") export declare function pow(x: f64, y: f64): f64; // prettier-ignore
