"""An application file as a construct of the AWS CDK."""
