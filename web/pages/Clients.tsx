// PLACEHOLDER
export const Clients = () => <h1>Clients</h1>;
