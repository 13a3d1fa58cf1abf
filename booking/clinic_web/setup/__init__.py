"""Setting up a clinic: one blueprint a file, all under /klinik/<clinic_id>/opsaetning."""
