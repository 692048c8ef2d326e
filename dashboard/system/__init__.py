"""How the machine fares: sources, money, alerts, imports, the posting switch, the audit log."""
