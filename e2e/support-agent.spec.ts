import { addPaidCustomers, readRecord } from "./support/customers";
import { setWebhooks } from "./support/paying";
import { expect, expectAccessible, PHONE, test } from "./support/test";

// Stripe's webhooks are lost, or nothing would be left for a person to do.
test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

const SCREENS = [
  {
    ...{ screen: "desktop", use: {} },
    ...{ name: "Nadia Benali", email: "nadia.benali@example.com", part: "dia.bena" },
    ...{ rowName: "Rosa Lindholm", rowEmail: "rosa.lindholm" },
  },
  {
    ...{ screen: "phone", use: PHONE },
    ...{ name: "Amira Haddad", email: "amira.haddad@example.com", part: "ira.hadd" },
    ...{ rowName: "Nils Ekberg", rowEmail: "nils.ekberg" },
  },
];

for (const { screen, use, name, email, part, rowName, rowEmail } of SCREENS)
  test.describe(screen, () => {
    test.use(use);

    test("a support agent finds a locked out customer by part of the address, and grants access", async ({
      staffPage: page,
      product,
    }) => {
      const [userId = ""] = await addPaidCustomers(product, [{ name, email }]);
      expect(await readRecord(product, userId)).toMatchObject({ plan: null, workspace: "locked", seats: 0 });

      await page.goto("/");
      const search = page.getByRole("searchbox", { name: "Search users" });
      await search.fill(part);
      await search.press("Enter");
      await page.getByRole("link", { name: name }).click();
      await expect(page.getByRole("heading", { level: 1, name: name })).toBeVisible();

      await page.getByRole("button", { name: "Check again" }).click();
      await expect(page.getByText("Locked out").first()).toBeVisible();
      const comparison = page.getByRole("region", { name: "What differs" });
      await expect(comparison.getByRole("row", { name: /^Plan/ }).first()).toContainText(/none.*army/);
      await expectAccessible(page);
      expect(await readRecord(product, userId)).toMatchObject({ plan: null, workspace: "locked" });

      await page.getByRole("button", { name: "Sync this user" }).click();
      const outcome = page.getByRole("region", { name: "What to do" }).getByRole("status");
      await expect(outcome).toContainText(`Synced. ${name} has`);
      await expect(outcome).toContainText("Soldiers: 0 → 5");
      await expect(outcome).toBeFocused();
      await page.getByText("Reply to the customer").click();
      await expect(page.getByText("your account had not been opened. This is corrected now.")).toBeVisible();
      await expect(page.getByText("In sync").first()).toBeVisible();
      await expect(page.getByRole("region", { name: "History" })).toContainText("Access given by Demo Admin");
      await expectAccessible(page);
      expect(await readRecord(product, userId)).toEqual({
        plan: "army",
        status: "active",
        subscription: "active",
        workspace: "active",
        seats: 5,
      });
    });

    test("a row is synced in place, and the result is shown", async ({ staffPage: page, product }) => {
      const [userId = ""] = await addPaidCustomers(product, [
        { name: rowName, email: `${rowEmail}@example.com` },
      ]);
      await page.goto(`/users?q=${rowEmail}`);
      await page.getByRole("button", { name: `Sync ${rowName}` }).click();
      await expect(page.getByText(`Synced. ${rowName} has`)).toBeVisible();
      await expect(page.getByRole("row", { name: new RegExp(rowName) })).toContainText("In sync");
      await expectAccessible(page);
      expect(await readRecord(product, userId)).toMatchObject({
        plan: "army",
        workspace: "active",
        seats: 5,
      });
    });
  });

test("a link from a helpdesk leads to the one matching user, or to the list of matches", async ({
  staffPage: page,
  product,
}) => {
  const [userId = ""] = await addPaidCustomers(product, [
    { name: "Ivo Marek", email: "ivo.marek@example.com" },
  ]);
  await page.goto("/find?q=ivo.marek@example.com");
  await expect(page).toHaveURL(`/users/${userId}`);
  await page.goto("/find?q=example.com");
  await expect(page).toHaveURL("/users?q=example.com");
});
