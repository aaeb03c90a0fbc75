import type { Account } from "../../../account/account";
import type { CustomerRecord, PriceRecord, ProductRecord, SubscriptionRecord } from "../../../store/records";
import { type ExpandKind, parseExpand } from "../../expand";
import type { ApiRoute } from "../../route";
import { listIndexedCustomers } from "../../search/lagging";
import { parseSearchParams, type SearchSetup, search } from "../../search/search";

type Searched = "customers" | "prices" | "products" | "subscriptions";

function defineSearch<R>(
  resource: Searched,
  kind: ExpandKind,
  setUp: (account: Account) => Omit<SearchSetup<R>, "resource" | "write"> & {
    write(record: R, expand: ReturnType<typeof parseExpand>): string;
  },
): ApiRoute {
  return {
    method: "GET",
    path: `/v1/${resource}/search`,
    handle(account, request) {
      const params = parseSearchParams(request.params);
      const expand = parseExpand(kind, params.expand)?.get("data");
      const { records, fields, write } = setUp(account);
      return search({ resource, records, fields, write: (record) => write(record, expand) }, params);
    },
  };
}

export const searchCustomers = defineSearch<CustomerRecord>("customers", "customer_list", (account) => ({
  records: listIndexedCustomers(account, account.searchIndex.lagSeconds),
  fields: {
    created: ({ created }) => created,
    email: ({ email }) => email,
    metadata: ({ metadata }, key) => metadata[key],
    name: ({ name }) => name,
    phone: ({ rare }) => rare.phone,
  },
  write: (record, expand) => account.serializers.customer(record, expand),
}));

export const searchSubscriptions = defineSearch<SubscriptionRecord>(
  "subscriptions",
  "subscription_list",
  ({ store, serializers }) => ({
    records: store.subscriptions.all(),
    fields: {
      canceled_at: ({ rare }) => rare.canceled_at,
      created: ({ created }) => created,
      metadata: ({ metadata }, key) => metadata[key],
      status: ({ status }) => status,
    },
    write: (record, expand) => serializers.subscription(record, expand),
  }),
);

export const searchPrices = defineSearch<PriceRecord>("prices", "price_list", ({ store, serializers }) => ({
  records: store.prices.all(),
  fields: {
    active: ({ active }) => active,
    currency: ({ currency }) => currency,
    lookup_key: ({ lookupKey }) => lookupKey,
    metadata: ({ metadata }, key) => metadata[key],
    product: ({ product }) => store.products.getId(product),
    type: ({ recurring }) => (recurring ? "recurring" : "one_time"),
  },
  write: (record, expand) => serializers.price(record, expand),
}));

export const searchProducts = defineSearch<ProductRecord>(
  "products",
  "product_list",
  ({ store, serializers }) => ({
    records: listExisting(store.products.all()),
    fields: {
      active: ({ active }) => active,
      description: ({ description }) => description,
      metadata: ({ metadata }, key) => metadata[key],
      name: ({ name }) => name,
    },
    write: (record, expand) => serializers.product(record, expand),
  }),
);

function* listExisting(products: Iterable<ProductRecord>): Generator<ProductRecord> {
  for (const product of products) if (!product.deleted) yield product;
}
