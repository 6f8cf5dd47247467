/** An estimate and the bounds of its 90 % interval: the truth lies below it in 5 % of the cases, above it in 5 %. */
export type Interval = { readonly estimate: number; readonly lower: number; readonly upper: number };
