/**
 * How far a page of the list looks before it looks otherwise. There are three ways to fifty users in order: to gather all
 * whom the query holds and sort them; to follow the index of the sort and see who fulfils the query; and the same with the
 * ids of those who do at hand. PostgreSQL chooses by what it guesses, and guesses far too well of following: so each way is
 * tried up to here, about where the next one takes as long.
 */
export type Reach = {
  /** Users gathered. */
  few: number;
  /** The same where each of them has to be looked up in the other table too. */
  fewJoined: number;
  /** Ids kept at hand while an index of `User` is followed. */
  known: number;
  /** Entries of an index followed. */
  followed: number;
  followedJoined: number;
};

export const REACH: Reach = {
  few: 6_000,
  fewJoined: 4_500,
  known: 10_000,
  followed: 20_000,
  followedJoined: 12_000,
};
