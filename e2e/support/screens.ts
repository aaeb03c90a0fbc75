/** A customer's phone, for `test.use`. */
export const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
