/** "2 users are on hold or acknowledged and not listed." */
export const describeSetAside = (users: number): string =>
  users === 1
    ? "1 user is on hold or acknowledged and not listed."
    : `${users} users are on hold or acknowledged and not listed.`;
