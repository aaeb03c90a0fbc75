-- Ids and addresses that the application records with blanks around them, without the blanks, by user.
CREATE TABLE parity."PaddedId" (
    "userId" TEXT NOT NULL,
    "id" TEXT NOT NULL,

    CONSTRAINT "PaddedId_pkey" PRIMARY KEY ("id","userId")
);

CREATE INDEX "PaddedId_userId_idx" ON parity."PaddedId" ("userId");
